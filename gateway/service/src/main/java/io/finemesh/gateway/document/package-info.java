/**
 * From bytes a user sent to a tree of values that remember where they stand: {@link io.finemesh.gateway.document.DocumentReader} picks
 * the syntax, {@link io.finemesh.gateway.document.YamlSyntax} and {@link io.finemesh.gateway.document.JsonSyntax} read it within limits,
 * and {@link io.finemesh.gateway.document.Document} is what they give.
 */
package io.finemesh.gateway.document;
