/**
 * Runs: {@link io.finemesh.contract.run.RunSpecification} is what a user asks for, {@link io.finemesh.contract.run.RunCommand} what
 * the gateway asks of the scheduler, {@link io.finemesh.contract.run.RunEvent} what the scheduler decided, and
 * {@link io.finemesh.contract.run.RunSnapshot} where a run stands.
 */
package io.finemesh.contract.run;
