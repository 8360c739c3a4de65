/**
 * What a template finds ready-made: {@link io.finemesh.template.library.Attributes} with the methods of texts, lists and dictionaries,
 * {@link io.finemesh.template.library.Filters}, {@link io.finemesh.template.library.Tests} and
 * {@link io.finemesh.template.library.Functions}, all given the {@link io.finemesh.template.library.Surroundings} of one rendering.
 */
package io.finemesh.template.library;
