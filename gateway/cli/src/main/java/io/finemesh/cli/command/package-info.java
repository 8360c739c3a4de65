/** One class a command; {@link io.finemesh.cli.command.Session} is what they share: gateway, output, form of output. */
package io.finemesh.cli.command;
