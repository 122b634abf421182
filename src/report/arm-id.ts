/** `mlp-bwn`: what the cell `mlp/bwn` is called in the names of files. */
export function armId(cell: string): string {
  return cell.replace('/', '-');
}
