/** What the connections of one test have in common, as the connections of one program would. */
export class Shared {}
