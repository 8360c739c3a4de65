/** The scheduler's own conversation between its lifecycle and its placement: who gets a trainer, and who lost one. */
package io.finemesh.contract.placement;
