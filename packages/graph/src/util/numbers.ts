/** A whole number from 1, or no limit. */
export const isCount = (value: number): boolean => value === Infinity || (Number.isInteger(value) && value >= 1)

/** A time span of more than nothing; infinity is none. */
export const isDuration = (value: number): boolean => value > 0
