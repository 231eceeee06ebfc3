/**
 * The rule book of collective communication as executable properties. Every rule has a number that
 * its test, its failure message and the documentation share. The suite is main code, so that it
 * also runs on a GPU host without a build tool and on backends that others wrote.
 */
package org.jccl.conformance;
