import { methodLabel, whereLabel } from '../binarize/index.js';

/** `mlp-bwn`: what the cell `mlp/bwn` is called in the names of files. */
export function armId(cell: string): string {
  return cell.replace('/', '-');
}

/** "BWN, MLP only"; "Float". */
export function armTitle(where: string, method: string): string {
  return where === 'none' ? 'Float' : `${methodLabel(method)}, ${whereLabel(where)}`;
}
