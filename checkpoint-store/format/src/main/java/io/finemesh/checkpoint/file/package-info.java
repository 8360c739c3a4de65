/**
 * Files that appear whole or not at all, even when the machine stops: {@link io.finemesh.checkpoint.file.DurableFile}.
 */
package io.finemesh.checkpoint.file;
