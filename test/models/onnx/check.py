"""Holds the files of make-models.mjs against the ONNX standard and their logits against onnxruntime: check.py FOLDER.
Tolerance 1e-4: both compute in float32 and add in different orders; the logits are of the order of 1. An image in which a value
lies within 1e-6 of where its sign changes may go either way in either runtime: one in fifty images may differ for that."""
import json
import os
import sys

import numpy as np
import onnx
import onnxruntime

folder = sys.argv[1]
with open(os.path.join(folder, 'cases.json')) as file:
    data = json.load(file)
images = np.array(data['images'], np.float32).reshape(data['shape'])
options = onnxruntime.SessionOptions()
# Products of float activations with int8 weights in float32, not in 8 bits.
options.add_session_config_entry('session.qdq_matmulnbits_accuracy_level', '1')


def run(model, count):
    """Logits of the first images, and for each the smallest distance of a value from a sign's threshold."""
    session = onnxruntime.InferenceSession(model, options, providers=['CPUExecutionProvider'])
    names = [output.name for output in session.get_outputs()]
    values = dict(zip(names, session.run(names, {'images': images[:count]})))
    distances = [np.abs(value).reshape(count, -1).min(1) for name, value in values.items() if name != 'logits']
    return values['logits'], np.min(distances, axis=0) if distances else np.full(count, np.inf)


checked = failed = near = 0
for case in data['cases']:
    expected = np.array(case['logits'], np.float32).reshape(len(images), -1)
    for name in case['files']:
        path = os.path.join(folder, name)
        onnx.checker.check_model(path, full_check=True)
        model = onnx.load(path)
        signs = {node.input[0] for node in model.graph.node if node.op_type == 'GreaterOrEqual'}
        model.graph.output.extend(onnx.helper.make_tensor_value_info(sign, onnx.TensorProto.FLOAT, None) for sign in signs)
        worst = 0.0
        for count in (len(images), 1):  # the batch is free
            logits, distance = run(model.SerializeToString(), count)
            difference = np.abs(logits - expected[:count]).max(1)
            undecided = (difference >= 1e-4) & (distance < 1e-6)
            near += int(undecided.sum())
            checked += count
            worst = max(worst, float(difference[~undecided].max(initial=0)))
        if not worst < 1e-4:
            failed += 1
            print(f'{name}: logits differ by {worst}')
print(f"{sum(len(case['files']) for case in data['cases'])} files, {failed} differ; {near} of {checked} images on a threshold")
sys.exit(failed > 0 or near > checked / 50)
