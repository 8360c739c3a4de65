/**
 * From conversations to token ids and back, and from a prompt to its continuation: a {@link io.finemesh.engine.text.Conversation} is rendered by a
 * {@link io.finemesh.engine.text.PromptTemplate} into {@link io.finemesh.engine.text.PromptSegment}s, which a
 * {@link io.finemesh.engine.text.PromptEncoder} turns into an {@link io.finemesh.engine.text.EncodedText} with the model's
 * {@link io.finemesh.engine.text.Tokenizer}; the {@link io.finemesh.engine.text.Generator} continues it within
 * {@link io.finemesh.engine.text.GenerationLimits} to a {@link io.finemesh.engine.text.Generation}.
 */
package io.finemesh.engine.text;
