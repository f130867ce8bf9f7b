/** Three catalogues of one class. */
export const CLIENTS = Symbol('clients');
export const TASKS = Symbol('tasks');
export const TAGS = Symbol('tags');
