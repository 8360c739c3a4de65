/**
 * From conversations to token ids and back, and from a prompt to its continuation: a {@link io.finemesh.engine.text.Conversation} is turned into an
 * {@link io.finemesh.engine.text.EncodedText} by a {@link io.finemesh.engine.text.PromptEncoder} with the model's
 * {@link io.finemesh.engine.text.Tokenizer}, which writes it down either with one of the project's own
 * {@link io.finemesh.engine.text.PromptTemplate}s, segment by {@link io.finemesh.engine.text.PromptSegment}, or with the model's chat template; the
 * {@link io.finemesh.engine.text.Generator} continues a prompt within {@link io.finemesh.engine.text.GenerationLimits} to a
 * {@link io.finemesh.engine.text.Generation}.
 */
package io.finemesh.engine.text;
