"""Dynamic 8-bit quantization by onnxruntime: python quantize.py FLOAT.onnx INT8.onnx"""
import sys

from onnxruntime.quantization import QuantType, quantize_dynamic

quantize_dynamic(sys.argv[1], sys.argv[2], weight_type=QuantType.QInt8)
