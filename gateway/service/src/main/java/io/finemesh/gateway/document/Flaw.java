package io.finemesh.gateway.document;

/**
 * Something in a readable document that has no place in it, such as a key given twice. Reading goes on past it.
 *
 * @param pointer JSON pointer of the value concerned
 * @param place where it stands
 * @param found what stands there
 * @param allowed what may stand there
 * @param message both in a sentence, with what to do
 */
public record Flaw(String pointer, Place place, String found, String allowed, String message) {}
