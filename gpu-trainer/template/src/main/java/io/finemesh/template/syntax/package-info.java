/**
 * From characters to a tree: {@link io.finemesh.template.syntax.Lexer} makes {@link io.finemesh.template.syntax.Token}s,
 * {@link io.finemesh.template.syntax.Parser} and {@link io.finemesh.template.syntax.ExpressionParser} with its {@link io.finemesh.template.syntax.OperandParser} make
 * {@link io.finemesh.template.syntax.Statement}s and {@link io.finemesh.template.syntax.Expression}s, and
 * {@link io.finemesh.template.syntax.Scopes} says which name each scope holds.
 */
package io.finemesh.template.syntax;
