/** What can be wrong with a template: {@link io.finemesh.template.failure.TemplateException}. */
package io.finemesh.template.failure;
