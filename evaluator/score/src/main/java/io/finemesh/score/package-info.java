/** Scores of outputs, whoever made them. */
package io.finemesh.score;
