/**
 * Chat templates of models, rendered without trusting them: {@link io.finemesh.template.ChatTemplate} compiles the text once,
 * {@link io.finemesh.template.Rendering} is what it gives for one conversation, {@link io.finemesh.template.ModelTemplate} finds a model's
 * template and where in a text the assistant speaks, and {@link io.finemesh.template.TemplateCase} checks one
 * against the text somebody expects.
 */
package io.finemesh.template;
