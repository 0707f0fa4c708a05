// The public JSON: against its schema, and stable.
#include "json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "samples.hpp"
#include "support.hpp"
#include "version.hpp"

namespace selvage::report {
namespace {

using namespace testing_support;
using testing::ElementsAre;
using testing::HasSubstr;

// Validates with python3-jsonschema; the error text is empty where the document is valid.
std::string schema_error(const std::string& document) {
  const ScratchDir scratch;
  write(scratch / "document.json", document);
  std::string output;
  // Debian's python3 has Debian's jsonschema, whatever other Python is first in PATH.
  const int status = shell(
      "/usr/bin/python3 -c 'import json, sys, jsonschema\n"
      "schema = json.load(open(sys.argv[1]))\n"
      "jsonschema.Draft7Validator.check_schema(schema)\n"
      "errors = sorted(jsonschema.Draft7Validator(schema).iter_errors(json.load(open(sys.argv[2]))), "
      "key=str)\n"
      "print(*[e.message for e in errors], sep=\"\\n\")\n"
      "sys.exit(3 if errors else 0)' " SELVAGE_TREE "/docs/selvage.schema.json " +
          (scratch / "document.json"),
      &output);
  EXPECT_TRUE(status == 0 || status == 3) << output;
  return status == 0 ? "" : output;
}

TEST(Json, DocumentsFitTheSchema) {
  EXPECT_EQ(schema_error(json_report(proved_sample())), "");
  EXPECT_EQ(schema_error(json_report(race_sample())), "");
  Result odd = race_sample();
  odd.violations[0].output = "\xff\x01";
  odd.violations[0].location = {};
  odd.outcomes[0].value = "\x80";
  EXPECT_EQ(schema_error(json_report(odd)), "");
}

TEST(Json, TheSchemaRefusesWhatIsWrong) {
  const auto good = nlohmann::json::parse(json_report(race_sample()));
  auto bad = good;
  bad.erase("complete");
  EXPECT_THAT(schema_error(bad.dump()), HasSubstr("'complete' is a required property"));
  bad = good;
  bad["verdict"] = "race";
  EXPECT_THAT(schema_error(bad.dump()), HasSubstr("'race' is not one of"));
  bad = good;
  bad["violations"][0]["kind"] = "proved";
  EXPECT_NE(schema_error(bad.dump()), "");
  bad = good;
  bad["violations"][0]["surprise"] = 1;
  EXPECT_THAT(schema_error(bad.dump()), HasSubstr("surprise"));
  bad = nlohmann::json::parse(json_report(proved_sample()));
  bad["complete"] = false;
  EXPECT_NE(schema_error(bad.dump()), "") << "proved without a complete search";
}

TEST(Json, FieldsComeInTheOrderOfTheDocumentation) {
  const auto document = nlohmann::ordered_json::parse(json_report(race_sample()));
  std::vector<std::string> keys;
  for (const auto& [key, value] : document.items()) keys.push_back(key);
  EXPECT_THAT(keys, ElementsAre("selvage", "program", "search", "model", "weaken", "drop_lock", "verdict",
                                "message", "complete", "caveat", "only_sc", "executions", "blocked",
                                "bounded", "events", "states", "transitions", "memory", "seconds", "covered",
                                "symmetry", "outcomes", "violations"));
  EXPECT_EQ(document["selvage"], kVersion);
  const auto& violation = document["violations"][0];
  EXPECT_EQ(violation["kind"], "data-race");
  EXPECT_EQ(violation["location"]["line"], 12);
  EXPECT_EQ(violation["trace"][4]["event"], "read count = 0");
  EXPECT_EQ(violation["accesses"][0]["holding"][0], "m");
  EXPECT_EQ(violation["accesses"][1]["event"], 5);
}

TEST(Json, EqualResultsGiveEqualDocumentsButForSeconds) {
  Result later = race_sample();
  later.seconds = 17.25;
  auto first = nlohmann::ordered_json::parse(json_report(race_sample()));
  auto second = nlohmann::ordered_json::parse(json_report(later));
  EXPECT_NE(first.dump(), second.dump());
  first["seconds"] = second["seconds"] = 0;
  EXPECT_EQ(first.dump(), second.dump());
  EXPECT_EQ(race_sample().json(), json_report(race_sample()));
}

TEST(Json, BytesThatAreNoTextAreEscaped) {
  Result result = race_sample();
  result.violations[0].output = "a\xff\n\x1b";
  const auto document = nlohmann::json::parse(json_report(result));
  EXPECT_EQ(document["violations"][0]["output"], "a\\xff\n\x1b");
}

}  // namespace
}  // namespace selvage::report
