"""PyTorch as a contender: the float ViT of the same shape; the protocol of contender.mjs."""
import json
import re
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

spec = json.loads(sys.argv[1])  # batch channels size patch dim depth heads hidden classes classToken threads compile
torch.set_num_threads(spec['threads'])
torch.manual_seed(1)
dim, heads = spec['dim'], spec['heads']


def peak_memory_mb():
    # getrusage begins with the peak of the process that started this one.
    with open('/proc/self/status') as status:
        return int(re.search(r'VmHWM:\s+(\d+)', status.read())[1]) / 1024


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim, eps=1e-6), nn.LayerNorm(dim, eps=1e-6)
        self.qkv, self.proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.fc1, self.fc2 = nn.Linear(dim, spec['hidden']), nn.Linear(spec['hidden'], dim)

    def forward(self, x):
        batch, tokens, _ = x.shape
        q, k, v = self.qkv(self.norm1(x)).reshape(batch, tokens, 3, heads, dim // heads).permute(2, 0, 3, 1, 4)
        x = x + self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, tokens, dim))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class Vit(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(spec['channels'], dim, spec['patch'], spec['patch'])
        self.token = nn.Parameter(torch.zeros(1, 1, dim))
        self.positions = nn.Parameter(torch.zeros(1, (spec['size'] // spec['patch']) ** 2 + spec['classToken'], dim))
        self.blocks = nn.Sequential(*[Block() for _ in range(spec['depth'])])
        self.norm, self.head = nn.LayerNorm(dim, eps=1e-6), nn.Linear(dim, spec['classes'])

    def forward(self, images):
        x = self.patches(images).flatten(2).transpose(1, 2)
        if not spec['classToken']:
            return self.head(self.norm(self.blocks(x + self.positions).mean(1)))
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1) + self.positions
        return self.head(self.norm(self.blocks(x))[:, 0])


with torch.inference_mode():
    started = time.perf_counter()
    model = Vit().eval()
    loaded = 1000 * (time.perf_counter() - started)
    if spec['compile']:
        model = torch.compile(model)
    images = torch.randn(spec['batch'], spec['channels'], spec['size'], spec['size'])
    model(images)
    model(images)
    print(json.dumps({'loadMs': loaded, 'detail': f'torch {torch.__version__}'}), flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            began = time.perf_counter()
            model(images)
            times.append(1000 * (time.perf_counter() - began))
        print(json.dumps({'times': times, 'peakRssMb': peak_memory_mb()}), flush=True)
