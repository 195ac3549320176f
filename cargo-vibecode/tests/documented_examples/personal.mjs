const res = await fetch('https://vibecode.bitrix24.tech/v1/contacts/71', {
method: 'PATCH',
headers: {
'X-Api-Key': 'YOUR_API_KEY',
'Content-Type': 'application/json',
},
body: JSON.stringify({
phone: '+79169876543',
post: 'Director',
}),
})
const { success, data } = await res.json()
