/** Records as people have them, read into conversations. */
package io.finemesh.dataset;
