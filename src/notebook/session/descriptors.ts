/** Pipes of the session's process beside stdin, stdout and stderr. */
export const reportsDescriptor = 3;
export const requestsDescriptor = 4;
export const interruptsDescriptor = 5;
/** Through which the language service sends the cells that are right. */
export const cellsDescriptor = 6;
