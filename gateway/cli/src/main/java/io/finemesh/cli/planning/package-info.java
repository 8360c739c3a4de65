/**
 * What {@code finemesh plan} asks: {@link io.finemesh.cli.planning.PlanOptions} as written on the command line,
 * {@link io.finemesh.cli.planning.MethodOptions} among them, become a {@link io.finemesh.cli.planning.PlanRequest} or a list of everything wrong,
 * gathered by {@link io.finemesh.cli.planning.OptionReader}.
 */
package io.finemesh.cli.planning;
