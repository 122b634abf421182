/** Pipes of the session's process beside stdin, stdout and stderr. */
export const reportsDescriptor = 3;
export const requestsDescriptor = 4;
export const interruptsDescriptor = 5;
