import type { MethodName } from './methods.js';
import type { Where } from './plan.js';

const methodLabels: Readonly<Record<MethodName | 'float', string>> = {
  'float': 'float', 'binaryconnect': 'BinaryConnect', 'binaryconnect-stochastic': 'BinaryConnect, stochastic', 'bnn': 'BNN', 'bwn': 'BWN',
  'xnor-net': 'XNOR-Net', 'xnor-net-k': 'XNOR-Net with K', 'xnor-net-centred': 'XNOR-Net, centred', 'dorefa': 'DoReFa-Net',
  'xnor-net-plus-plus': 'XNOR-Net++', 'bi-real': 'Bi-Real Net', 'ir-net': 'IR-Net', 'recu': 'ReCU', 'react': 'ReActNet', 'bit': 'BiT',
  'binaryvit': 'BinaryViT', 'twn': 'TWN', 'b1.58': 'BitNet b1.58',
};
const whereLabels: Readonly<Record<Where, string>> = {
  none: 'nothing binary', mlp: 'MLP only', mhsa: 'MHSA only', all: 'MLP and MHSA',
};

/** The name that the method's paper uses; a name that is no method's comes back as it is. */
export function methodLabel(method: string): string {
  return (methodLabels as Readonly<Record<string, string>>)[method] ?? method;
}

/** Which parts are binary, in words; a text that names no part comes back as it is. */
export function whereLabel(where: string): string {
  return (whereLabels as Readonly<Record<string, string>>)[where] ?? where;
}
