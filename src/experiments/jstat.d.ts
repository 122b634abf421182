/** The part of jStat that is used here; the package brings no types. */
declare module 'jstat' {
  const jStat: {
    /** Student's t distribution with `degrees` degrees of freedom. */
    readonly studentt: {
      cdf(t: number, degrees: number): number;
      /** Quantile function. */
      inv(probability: number, degrees: number): number;
    };
  };
  export default jStat;
}
