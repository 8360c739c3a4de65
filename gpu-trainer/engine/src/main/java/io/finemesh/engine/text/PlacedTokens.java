package io.finemesh.engine.text;

/**
 * Ids of a text and where in it they stand.
 *
 * @param tokens ids, in order
 * @param starts Java character at which each token begins; those that are parts of one character begin where it does
 */
record PlacedTokens(int[] tokens, int[] starts) {}
