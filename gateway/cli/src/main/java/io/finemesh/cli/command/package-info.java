/**
 * One class a command; {@link io.finemesh.cli.command.Session} is what they share: gateway, output, form of output. {@link io.finemesh.cli.command.NamedData} is what a person names as data, {@link
 * io.finemesh.cli.command.SpecificationData} finds it in a document, {@link io.finemesh.cli.command.DataFile} is what is sent of it.
 */
package io.finemesh.cli.command;
