/**
 * Strict JSON in and canonical JSON out: {@link io.finemesh.checkpoint.json.StrictJson} reads,
 * {@link io.finemesh.checkpoint.json.CanonicalJson} writes through {@link io.finemesh.checkpoint.json.JsonText}, and
 * {@link io.finemesh.checkpoint.json.JsonException} says what was wrong.
 */
package io.finemesh.checkpoint.json;
