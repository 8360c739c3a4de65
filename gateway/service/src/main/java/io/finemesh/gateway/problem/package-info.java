/**
 * What went wrong with a request, as RFC 9457 tells it: a {@link io.finemesh.gateway.problem.ProblemType} with a stable name, a {@link
 * io.finemesh.gateway.problem.Problem} as the answer's body, a {@link io.finemesh.gateway.problem.ProblemException} on the way there.
 */
package io.finemesh.gateway.problem;
