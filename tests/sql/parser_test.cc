// SPDX-License-Identifier: Apache-2.0
// Tests of what goldens do not show: places, texts, secrets, our statements.
#include "sql/parser.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sql/secret.h"
#include "tests/sql/dump.h"

namespace rowfall::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

template <typename T>
T Parse(std::string_view text) {
  auto statement = ParseStatement(text);
  EXPECT_TRUE(statement.ok()) << statement.status();
  return std::get<T>(*std::move(statement));
}

TEST(ParserTest, SourceKeepsPlaces) {
  const auto source = Parse<CreateSource>(
      "CREATE SOURCE\n kafka\n(id bigint,\n `b` 'x' text)\n type='kafka' "
      "a.b = -5");
  EXPECT_EQ(source.name_place, (TextPlace{2, 2}));
  ASSERT_EQ(source.columns->size(), 2u);
  EXPECT_EQ(source.columns->at(0).place, (TextPlace{3, 2}));
  EXPECT_EQ(source.columns->at(0).type_place, (TextPlace{3, 5}));
  EXPECT_EQ(source.columns->at(1).place, (TextPlace{4, 2}));
  EXPECT_EQ(source.columns->at(1).type_place, (TextPlace{4, 10}));
  ASSERT_EQ(source.options.size(), 2u);
  EXPECT_EQ(source.options[0].place, (TextPlace{5, 2}));
  EXPECT_EQ(source.options[0].value_place, (TextPlace{5, 7}));
  EXPECT_EQ(source.options[1].place, (TextPlace{5, 15}));
  EXPECT_EQ(source.options[1].value_place, (TextPlace{5, 21}));
}

TEST(ParserTest, ViewKeepsPlacesAndTexts) {
  const auto view = Parse<CreateView>(
      "CREATE MV v TO t AS\nSELECT a /* x */ +  1 AS n, f(b)\nFROM k WHERE "
      "NOT (a  IN (1,\n2))");
  EXPECT_EQ(view.name_place, (TextPlace{1, 11}));
  EXPECT_EQ(view.table_place, (TextPlace{1, 16}));
  EXPECT_EQ(view.select.from_place, (TextPlace{3, 6}));
  EXPECT_EQ(view.select.items[0].place, (TextPlace{2, 8}));
  const Expr& sum = *view.select.items[0].expr;
  EXPECT_EQ(sum.text, "a + 1");
  EXPECT_EQ(sum.place, (TextPlace{2, 18}));  // The operator's.
  const auto& binary = std::get<Binary>(sum.node);
  EXPECT_EQ(binary.left->text, "a");
  EXPECT_EQ(binary.right->place, (TextPlace{2, 21}));
  EXPECT_EQ(view.select.items[1].expr->text, "f(b)");
  EXPECT_EQ(view.select.items[1].expr->place, (TextPlace{2, 29}));
  EXPECT_EQ(view.select.where->text, "NOT (a IN (1, 2))");
  const auto& negation = std::get<Unary>(view.select.where->node);
  EXPECT_EQ(negation.operand->text, "a IN (1, 2)");
  EXPECT_EQ(negation.operand->place, (TextPlace{3, 22}));
  EXPECT_THAT(view.select.lines,
              ElementsAre("SELECT a + 1 AS n, f(b)", "FROM k",
                          "WHERE NOT (a IN (1, 2))"));
}

TEST(ParserTest, ChainedConditionsKeepTextAndPlace) {
  const auto select = ParseSelect("SELECT a OR b  OR (c) OR d");
  ASSERT_TRUE(select.ok());
  const Expr& top = *select->items[0].expr;
  EXPECT_EQ(top.text, "a OR b OR (c) OR d");
  EXPECT_EQ(top.place, (TextPlace{1, 16}));
  EXPECT_EQ(std::get<Binary>(top.node).left->text, "a OR b");
  EXPECT_EQ(std::get<Binary>(top.node).right->text, "(c) OR d");
}

TEST(ParserTest, SmallestBigintIsExact) {
  const auto select = ParseSelect("SELECT -9223372036854775808");
  ASSERT_TRUE(select.ok());
  const auto& literal = std::get<Literal>(select->items[0].expr->node);
  EXPECT_EQ(std::get<int64_t>(literal.value), INT64_MIN);
}

TEST(ParserTest, SecretsAreNotShownButKept) {
  const auto source = Parse<CreateSource>(
      "CREATE SOURCE k sasl.password='top1' SSL.Key.Pem=\"top2\" "
      "sasl.jaas.config=top3 sasl.username='me'");
  EXPECT_THAT(source.show_text, Not(HasSubstr("top")));
  EXPECT_EQ(source.show_text,
            "CREATE SOURCE k\nsasl.password='[HIDDEN]'\n"
            "SSL.Key.Pem='[HIDDEN]'\nsasl.jaas.config='[HIDDEN]'\n"
            "sasl.username='me'");
  EXPECT_EQ(source.options[0].value, "top1");
}

TEST(SecretTest, KnowsSecretOptions) {
  for (const char* key :
       {"sasl.password", "ssl.key.password", "ssl.key.pem", "SSL.KEY.PEM",
        "sasl.oauthbearer.client.secret", "ssl.keystore.password",
        "sasl.jaas.config", "x.token"}) {
    EXPECT_TRUE(IsSecretOption(key)) << key;
  }
  for (const char* key : {"type", "sasl.username", "ssl.key.location",
                          "ssl.certificate.pem", "consumer_group"}) {
    EXPECT_FALSE(IsSecretOption(key)) << key;
  }
}

TEST(IsOurStatementTest, TellsByTheFirstWords) {
  for (const char* text :
       {"CREATE SOURCE", "create\n source x $", "CREATE MV", "/* */ DROP MV",
        "DROP SOURCE", "DROP MATERIALIZED", "ALTER MV", "ALTER SOURCE",
        "ALTER MATERIALIZED VIEW v suspended=1", "SHOW SOURCES", "SHOW SOURCE",
        "SHOW MVS", "SHOW MV", "SHOW MATERIALIZED VIEWS", "-- c\nSHOW MVS",
        "EXPLAIN CREATE MV v", "CREATE MATERIALIZED VIEW 'unended"}) {
    EXPECT_TRUE(IsOurStatement(text)) << text;
  }
  for (const char* text :
       {"", ";", "CREATE", "CREATE TABLE source (x)", "CREATE VIEW v", "SHOW",
        "SHOW TABLES", "EXPLAIN SELECT 1", "EXPLAIN QUERY PLAN SELECT 1",
        "EXPLAIN CREATE TABLE t", "DROP TABLE sources", "SELECT 1", "'CREATE'",
        "CREATE `SOURCE` x", "SOURCE", "INSERT INTO mv", "/* CREATE SOURCE",
        "ALTER TABLE t", "$"}) {
    EXPECT_FALSE(IsOurStatement(text)) << text;
  }
}

}  // namespace
}  // namespace rowfall::sql
