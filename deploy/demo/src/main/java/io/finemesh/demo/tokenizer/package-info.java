/** A byte-level BPE tokenizer learned from the demo's own text: {@link io.finemesh.demo.tokenizer.BytePairTrainer} learns it, {@link io.finemesh.demo.tokenizer.TokenizerFile} writes it. */
package io.finemesh.demo.tokenizer;
