/** The labs of this run: other runs and labs go on beside them. */
export const labName = (suffix: string): string => `bench-${process.pid}-${suffix}`;
