"""The peer of bench/training: the same ViT in plain PyTorch, one thread.

Protocol (stdin/stdout): a line with a number of steps is answered by a line with the seconds they took.
"""
import json
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
spec = json.loads(sys.argv[1])  # imgSize patch dim depth heads ratio batch binary


class Sign(torch.autograd.Function):
    """sign with sign(0) = +1 and the clipped straight-through estimator"""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x >= 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * (x.abs() <= 1)


class BinaryLinear(nn.Linear):
    """XNOR-Net: alpha (mean |W| per output) times sign(W), sign(x)"""

    def forward(self, x):
        alpha = self.weight.abs().mean(1, keepdim=True)
        return F.linear(Sign.apply(x), Sign.apply(self.weight) * alpha, self.bias)


Linear = BinaryLinear if spec["binary"] else nn.Linear


class Block(nn.Module):
    def __init__(self, dim, heads, ratio):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(dim, eps=1e-6), nn.LayerNorm(dim, eps=1e-6)
        self.qkv, self.proj = Linear(dim, 3 * dim), Linear(dim, dim)
        self.fc1, self.fc2 = Linear(dim, ratio * dim), Linear(ratio * dim, dim)

    def forward(self, x):
        batch, tokens, dim = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(batch, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        context = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, tokens, dim)
        x = x + self.proj(context)
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class ViT(nn.Module):
    def __init__(self, imgSize, patch, dim, depth, heads, ratio, **_):
        super().__init__()
        self.patch, tokens = patch, (imgSize // patch) ** 2
        self.embed = nn.Linear(patch * patch, dim)
        self.position = nn.Parameter(torch.randn(1, tokens, dim) * 0.02)
        self.blocks = nn.Sequential(*[Block(dim, heads, ratio) for _ in range(depth)])
        self.norm, self.head = nn.LayerNorm(dim, eps=1e-6), nn.Linear(dim, 10)

    def forward(self, images):
        batch, size = images.shape[0], images.shape[1] // self.patch
        patches = images.view(batch, size, self.patch, size, self.patch).transpose(2, 3).reshape(batch, size * size, -1)
        return self.head(self.norm(self.blocks(self.embed(patches) + self.position).mean(1)))


torch.manual_seed(1)
model = ViT(**spec)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.05, fused=True)
images = torch.randn(spec["batch"], spec["imgSize"], spec["imgSize"])
labels = torch.randint(0, 10, (spec["batch"],))


def step():
    loss = F.cross_entropy(model(images), labels)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss


for _ in range(5):
    assert math.isfinite(step().item())
print(json.dumps({"peer": f"PyTorch {torch.__version__}", "parameters": sum(p.numel() for p in model.parameters())}), flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    for _ in range(int(line)):
        step()
    print(time.perf_counter() - start, flush=True)
