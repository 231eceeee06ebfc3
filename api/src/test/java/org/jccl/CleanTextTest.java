package org.jccl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CleanTextTest {
  @Test
  void whatATerminalObeys_isWrittenOut() {
    assertThat(CleanText.line("a\u001B[31m\u009B2J\u007F\u0000"))
        .isEqualTo("a\\u001B[31m\\u009B2J\\u007F\\u0000");
    assertThat(CleanText.line("\u202E\u2066\u200F\uFEFF\u2028"))
        .isEqualTo("\\u202E\\u2066\\u200F\\uFEFF\\u2028");
    assertThat(CleanText.line("\uD800x")).isEqualTo("\\uD800x");
    assertThat(CleanText.line(new String(Character.toChars(0xE0041)))).isEqualTo("\\uDB40\\uDC41");
  }

  @Test
  void otherText_staysAsItIs() {
    String words = "größer → 你好 🙂 é";
    assertThat(CleanText.line(words)).isEqualTo(words);
    assertThat(CleanText.report(words)).isEqualTo(words);
    String plain = "plain";
    assertThat(CleanText.line(plain)).isSameAs(plain);
    assertThat(CleanText.line(null)).isEqualTo("null");
  }

  @Test
  void lineBreaks_areKeptWhereSeveralLinesMayStand() {
    assertThat(CleanText.lines("a\tb\r\nc\rd")).isEqualTo("a\tb\nc\\rd");
    assertThat(CleanText.line("a\tb\r\nc")).isEqualTo("a\\tb\\r\\nc");
  }

  @Test
  void longText_isCut() {
    assertThat(CleanText.line("x".repeat(5_000)))
        .startsWith("xxx")
        .endsWith("x … (5000 characters in all)")
        .hasSize(4_000 + " … (5000 characters in all)".length());
    assertThat(CleanText.lines("\n".repeat(3_000)).lines()).hasSizeLessThan(210);
    assertThat(CleanText.line("x".repeat(3_999) + "🙂")).doesNotContain("\\uD83D");
  }

  @Test
  void failure_isNamedWhateverItsMethodsDo() {
    assertThat(CleanText.of(new IllegalStateException("why")))
        .isEqualTo("java.lang.IllegalStateException: why");
    assertThat(CleanText.messageOf(new IllegalStateException())).contains("IllegalStateException");
    assertThat(CleanText.messageOf(new IllegalStateException("one\ntwo"))).isEqualTo("one …");
    RuntimeException silent =
        new RuntimeException() {
          @Override
          public String toString() {
            throw new StackOverflowError();
          }
        };
    assertThat(CleanText.of(silent)).contains("cannot say why: java.lang.StackOverflowError");
  }
}
