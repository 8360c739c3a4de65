/**
 * The main job as a newcomer sees it. {@link io.finemesh.demo.Demo} makes problems ({@code problem}), a tokenizer ({@code tokenizer}) and a
 * random model ({@code model}) of its own, then drives the gateway like any user would ({@code client}): train from scratch with AdamW,
 * fine-tune on another family of problems with BAdam, compare the scores before and after. {@link io.finemesh.demo.ContinuousDemo} lets a policy do it, with what comes
 * on a Kafka topic.
 */
package io.finemesh.demo;
