/**
 * Has glibc give freed memory back to the system, which it does less and less once it has freed something large.
 * Other systems do not read it. The cells do not get it: large tensors are faster without.
 */
export const kernelEnvironment = { MALLOC_TRIM_THRESHOLD_: '131072' } as const;

/** Takes it from what this process starts. */
export function keepEnvironmentFromCells(): void {
  for (const name of Object.keys(kernelEnvironment)) Reflect.deleteProperty(process.env, name);
}
