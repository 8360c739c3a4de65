/**
 * A model behind an OpenAI-compatible server, whoever asks it: {@link io.finemesh.evaluator.server.ServerSettings} says how it is reached, {@link io.finemesh.evaluator.server.ModelServer} asks and asks again, {@link
 * io.finemesh.evaluator.server.ServerAnswer} reads what it sends, {@link io.finemesh.evaluator.server.ServerReply} is what came of it.
 */
package io.finemesh.evaluator.server;
