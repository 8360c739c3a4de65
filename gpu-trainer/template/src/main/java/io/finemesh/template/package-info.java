/**
 * Chat templates of models, rendered without trusting them: {@link io.finemesh.template.ChatTemplate} compiles the text once,
 * {@link io.finemesh.template.Rendering} is what it gives for one conversation, and {@link io.finemesh.template.TemplateCase} checks one
 * against the text somebody expects.
 */
package io.finemesh.template;
