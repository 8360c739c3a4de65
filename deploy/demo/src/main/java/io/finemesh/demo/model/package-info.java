/** A small Llama with random weights: {@link io.finemesh.demo.model.RandomLlama} writes it as a Hugging Face directory. */
package io.finemesh.demo.model;
