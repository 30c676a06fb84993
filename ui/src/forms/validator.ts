/** The server validates; here data only has to choose a branch of `oneOf` and `anyOf`. */
export {};
