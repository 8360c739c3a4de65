/**
 * Semantics of CPython that published scores depend on: {@code PythonRandom} draws the few-shot examples, {@code PythonText} strips, counts and
 * spells numbers, {@code PythonFormat} fills templates, {@code PythonJson} writes the texts that are hashed.
 */
package io.finemesh.score.python;
