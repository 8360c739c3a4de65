/** What an output is worth: pure functions from texts and likelihoods to figures with standard errors. */
package io.finemesh.evaluator.score;
