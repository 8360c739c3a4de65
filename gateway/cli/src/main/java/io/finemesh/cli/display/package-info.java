/** What a person sees: {@link io.finemesh.cli.display.Table}, {@link io.finemesh.cli.display.RunProgress}, {@link io.finemesh.cli.display.Quantity}. */
package io.finemesh.cli.display;
