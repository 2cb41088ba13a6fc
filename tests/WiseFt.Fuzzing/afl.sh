#!/usr/bin/env bash
# Fuzzes the readers of files with AFL++, which follows the branches of WiseFt.dll: afl.sh FOLDER SECONDS [TARGET...]
# Needs afl-fuzz (Debian: afl++) and the tool sharpfuzz (dotnet tool install --global SharpFuzz.CommandLine). FOLDER is made anew; findings stay in FOLDER/findings.
set -euo pipefail
[ $# -ge 2 ] || { sed -n 's/^# //p' "$0" >&2; exit 2; }
repository=$(cd "$(dirname "$0")/../.." && pwd)
seconds=$2
mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift 2

# Seeds and fixtures are found from the folder that holds the solution.
touch "$folder/WiseFt.sln"
ln -sfn "$repository/tests" "$folder/tests"
ln -sfn "$repository/examples" "$folder/examples"
rm -rf "$folder/plain" "$folder/instrumented" "$folder/seeds" "$folder/findings"
dotnet publish -c Release "$repository/tests/WiseFt.Fuzzing" -o "$folder/plain" >&2
cp -r "$folder/plain" "$folder/instrumented"
sharpfuzz "$folder/instrumented/WiseFt.dll"

targets=("$@")
[ $# -gt 0 ] || mapfile -t targets < <(dotnet "$folder/plain/WiseFt.Fuzzing.dll" --list)
export AFL_SKIP_BIN_CHECK=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1
echo "| target | executions | branches | crashes | hangs |"
echo "| --- | --- | --- | --- | --- |"
for target in "${targets[@]}"; do
    dotnet "$folder/plain/WiseFt.Fuzzing.dll" "$target" --seeds "$folder/seeds/$target" >&2
    mkdir -p "$folder/findings"
    timeout -s INT "$seconds" afl-fuzz -i "$folder/seeds/$target" -o "$folder/findings/$target" -t 20000 -m none \
        -- dotnet "$folder/instrumented/WiseFt.Fuzzing.dll" "$target" > "$folder/findings/$target.log" 2>&1 || true # it ends by the signal
    awk -v target="$target" -F ' *: *' '{ v[$1] = $2 } END { print "| `" target "` | " v["execs_done"] " | " v["edges_found"] " | " v["saved_crashes"] " | " v["saved_hangs"] " |" }' \
        "$folder/findings/$target/default/fuzzer_stats"
done
