/** The rule book, {@code docs/spec}, as data: what each rule says and what it takes to show it. */
package org.jccl.conformance.book;
