/** Number of a cell of the state of a system, from 0. A cell holds an integer of 32 bits. */
export type Cell = number;
