/**
 * Deliberately wrong backends: each breaks one promise, and the suite must notice. A suite that has
 * never failed has shown nothing.
 */
package org.jccl.conformance.liars;
