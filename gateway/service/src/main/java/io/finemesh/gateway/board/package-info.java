/**
 * Shares the folded views between the one thread that reads topics and the many that answer requests: {@link
 * io.finemesh.gateway.board.Board}.
 */
package io.finemesh.gateway.board;
