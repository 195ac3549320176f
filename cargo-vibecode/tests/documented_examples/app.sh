curl -X PATCH "https://vibecode.bitrix24.tech/v1/contacts/71" \
-H "X-Api-Key: YOUR_APP_KEY" \
-H "Authorization: Bearer USER_SESSION_TOKEN" \
-H "Content-Type: application/json" \
-d '{
"phone": "+79169876543",
"post": "Director"
}'
